package dev.faultline.service.security;

import java.time.Clock;
import java.util.List;

import dev.faultline.service.time.ClockAutoConfiguration;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.security.authentication.AuthenticationManagerResolver;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.ExceptionTranslationFilter;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Makes every service an OAuth 2.0 resource server, on its own port and on its management port. The service supplies its
 * {@link AccessRules}; without them it does not start.
 */
@AutoConfiguration(after = ClockAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@EnableConfigurationProperties(SecurityProperties.class)
public class ResourceServerAutoConfiguration {
    private static final String CHAIN = "springSecurityFilterChain";
    /** After filters that trace, and before those that read a body. */
    static final int ORDER = -100;

    @Bean
    Issuer tokenIssuer(SecurityProperties properties, Clock clock) {
        return new Issuer(properties.issuer(), clock);
    }

    @Bean
    VerifiedTokens verifiedTokens(SecurityProperties properties, Issuer issuer) {
        return new VerifiedTokens(properties, issuer, issuer.clock());
    }

    @Bean
    RevokedTokens revokedTokens(SecurityProperties properties, Issuer issuer) {
        return new RevokedTokens(issuer, properties.refresh());
    }

    @Bean
    KnownCallers knownCallers(VerifiedTokens tokens, RevokedTokens revoked) {
        return new KnownCallers(tokens, revoked);
    }

    @Bean
    SecurityProblems securityProblems(AccessRules rules) {
        return new SecurityProblems(rules);
    }

    /** No session, no log-in, nothing saved: the token of each request is all that counts. */
    @Bean
    SecurityFilterChain resourceServerChain(VerifiedTokens tokens, RevokedTokens revoked, AccessRules rules,
            SecurityProblems problems) {
        AuthenticationManagerResolver<HttpServletRequest> callers = request -> authentication -> {
            String token = ((BearerTokenAuthenticationToken) authentication).getToken();
            Caller caller = KnownCallers.found(request, token).orElseGet(() -> tokens.verify(token));
            if (revoked.contains(caller)) {
                throw new RefusedTokenException("The token was revoked.");
            }
            return new CallerAuthentication(caller);
        };
        var context = new SecurityContextHolderFilter(new RequestAttributeSecurityContextRepository());
        var bearer = new BearerTokenAuthenticationFilter(callers, new BearerHeader());
        bearer.setAuthenticationEntryPoint(problems);
        var exceptions = new ExceptionTranslationFilter(problems, new NullRequestCache());
        exceptions.setAccessDeniedHandler(problems);
        return new DefaultSecurityFilterChain(AnyRequestMatcher.INSTANCE, context, bearer, exceptions,
                new AuthorizationFilter(rules));
    }

    @Bean(CHAIN)
    @ConditionalOnMissingBean(name = CHAIN)
    FilterChainProxy securityFilterChain(List<SecurityFilterChain> chains, SecurityProblems problems) {
        var proxy = new FilterChainProxy(chains);
        proxy.setFirewall(new HeaderFirewall());
        proxy.setRequestRejectedHandler(problems);
        return proxy;
    }

    @Bean
    FilterRegistrationBean<Filter> securityFilter(@Qualifier(CHAIN) Filter chain) {
        return registration(chain);
    }

    static FilterRegistrationBean<Filter> registration(Filter chain) {
        var registration = new FilterRegistrationBean<>(chain);
        registration.setOrder(ORDER);
        return registration;
    }

    @Bean
    WebMvcConfigurer callerArguments() {
        return new CallerArguments();
    }
}
