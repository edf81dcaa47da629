package dev.faultline.gateway;

import static dev.faultline.service.security.AccessRule.needs;
import static dev.faultline.service.security.AccessRule.open;

import dev.faultline.service.security.AccessRules;
import dev.faultline.service.security.Scope;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/** Who may use which route; each service decides again, more exactly. docs/security.md has the table. */
@Configuration(proxyBeanMethods = false)
class GatewayAccess {

    @Bean
    AccessRules accessRules() {
        return AccessRules.of(open(HttpMethod.POST, "/oauth2/token"), open(HttpMethod.POST, "/oauth2/revoke"),
                open(HttpMethod.GET, "/openapi.json"), open(HttpMethod.GET, "/docs/**"),
                open(HttpMethod.GET, "/api/catalogue/**"), needs("/api/catalogue/**", Scope.CATALOGUE),
                open(HttpMethod.GET, "/api/stock/**"), needs("/api/stock/**", Scope.STOCK),
                needs("/api/orders/**", Scope.ORDERS, Scope.ORDERS_OF_ALL),
                needs("/api/payments/**", Scope.ORDERS, Scope.ORDERS_OF_ALL));
    }
}
