package dev.faultline.order;

import static dev.faultline.service.security.AccessRule.needs;
import static dev.faultline.service.security.AccessRule.open;

import dev.faultline.service.security.AccessRules;
import dev.faultline.service.security.Scope;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/** Who may call the service, whoever sends the request; docs/security.md has the table. */
@Configuration(proxyBeanMethods = false)
class OrderAccess {

    @Bean
    AccessRules accessRules() {
        return AccessRules.of(open(HttpMethod.GET, "/api/catalogue/**"),
                needs(HttpMethod.PUT, "/api/catalogue/{sku}", Scope.CATALOGUE),
                needs(HttpMethod.POST, "/api/orders", Scope.ORDERS, Scope.ORDERS_OF_ALL),
                needs(HttpMethod.GET, "/api/orders/**", Scope.ORDERS, Scope.ORDERS_OF_ALL));
    }
}
