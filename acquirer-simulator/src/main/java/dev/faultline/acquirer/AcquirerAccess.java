package dev.faultline.acquirer;

import static dev.faultline.service.security.AccessRule.needs;

import dev.faultline.service.security.AccessRules;
import dev.faultline.service.security.Scope;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/** Who may call the service, whoever sends the request; docs/security.md has the table. */
@Configuration(proxyBeanMethods = false)
class AcquirerAccess {

    @Bean
    AccessRules accessRules() {
        return AccessRules.of(needs(HttpMethod.GET, "/payments/{id}", Scope.CHARGES, Scope.OPERATIONS),
                needs("/payments/**", Scope.CHARGES),
                needs(HttpMethod.GET, "/journal", Scope.OPERATIONS),
                needs("/faults", Scope.OPERATIONS));
    }
}
