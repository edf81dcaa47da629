package dev.faultline.identity;

import java.time.Clock;
import java.util.List;
import java.util.Set;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import dev.faultline.service.security.AccessRule;
import dev.faultline.service.security.AccessRules;
import dev.faultline.service.security.SecurityProperties;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.oauth2.server.authorization.web.authentication.OAuth2ClientCredentialsAuthenticationConverter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AuthenticationConverter;

/**
 * Spring Security's authorization server, with the client credentials grant only: no users, no log-in, no sessions. What it
 * does not handle is up to the resource server's rules, like in every other service.
 */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
class AuthorizationServerConfiguration {

    @Bean
    AccessRules accessRules() {
        return AccessRules.of(AccessRule.open(HttpMethod.GET, MetadataController.METADATA),
                AccessRule.open(HttpMethod.GET, MetadataController.REVOKED));
    }

    @Bean
    @Order(0)
    SecurityFilterChain authorizationServerChain(HttpSecurity http) {
        var server = new OAuth2AuthorizationServerConfigurer();
        server.tokenEndpoint(token -> token.accessTokenRequestConverters(converters -> converters.replaceAll(
                converter -> converter instanceof OAuth2ClientCredentialsAuthenticationConverter
                        ? new AllScopesByDefault(converter) : converter)));
        http.securityMatcher(server.getEndpointsMatcher()).with(server, _ -> {})
                .authorizeHttpRequests(requests -> requests.requestMatchers(HttpMethod.GET, "/oauth2/jwks").permitAll()
                        .anyRequest().authenticated())
                .requestCache(AbstractHttpConfigurer::disable).logout(AbstractHttpConfigurer::disable)
                .sessionManagement(AbstractHttpConfigurer::disable);
        return http.build();
    }

    /** A client that asks for no scope gets all of its own (RFC 6749, section 3.3). */
    private record AllScopesByDefault(AuthenticationConverter converter) implements AuthenticationConverter {
        @Override
        public @Nullable Authentication convert(HttpServletRequest request) {
            Authentication asked = converter.convert(request);
            if (asked instanceof OAuth2ClientCredentialsAuthenticationToken token && token.getScopes().isEmpty()
                    && token.getPrincipal() instanceof OAuth2ClientAuthenticationToken client
                    && client.getRegisteredClient() != null) {
                Set<String> all = client.getRegisteredClient().getScopes();
                return new OAuth2ClientCredentialsAuthenticationToken(client, all, token.getAdditionalParameters());
            }
            return asked;
        }
    }

    @Bean
    AuthorizationServerSettings authorizationServerSettings(SecurityProperties security) {
        return AuthorizationServerSettings.builder().issuer(security.issuer().toString()).build();
    }

    @Bean
    RegisteredClientRepository clients(IdentityProperties properties) {
        return new Clients(properties);
    }

    @Bean
    PasswordEncoder clientSecrets() {
        return new Clients.RandomSecrets();
    }

    @Bean
    OAuth2AuthorizationService issuedTokens(RegisteredClientRepository clients, SigningKeys keys,
            Revocations revocations) {
        return new IssuedTokens(clients, keys, revocations);
    }

    @Bean
    SigningKeys signingKeys(IdentityProperties properties, Clock clock) {
        return new SigningKeys(new PrivateFile(properties.data().resolve("signing-keys.json")),
                properties.tokenLifetime(), properties.keyAge(), clock);
    }

    @Bean
    Revocations revocations(IdentityProperties properties, Clock clock) {
        return new Revocations(new PrivateFile(properties.data().resolve("revoked-tokens.json")), clock);
    }

    @Bean
    JWKSource<SecurityContext> publishedKeys(SigningKeys keys) {
        return (selector, _) -> selector.select(keys.published());
    }

    @Bean
    JwtEncoder tokenEncoder(SigningKeys keys) {
        return new NimbusJwtEncoder((selector, _) -> selector.select(new JWKSet(keys.signing())));
    }

    @Bean
    OAuth2TokenCustomizer<JwtEncodingContext> tokenClaims(SecurityProperties security) {
        return context -> context.getClaims().audience(List.of(security.audience()))
                .claim("client_id", context.getRegisteredClient().getClientId())
                .claim("scope", String.join(" ", context.getAuthorizedScopes()));
    }
}
