package dev.faultline.payment;

import static dev.faultline.service.security.AccessRule.needs;

import dev.faultline.service.security.AccessRules;
import dev.faultline.service.security.Scope;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/** Who may call the service, whoever sends the request; docs/security.md has the table. */
@Configuration(proxyBeanMethods = false)
class PaymentAccess {

    @Bean
    AccessRules accessRules() {
        return AccessRules.of(needs(HttpMethod.GET, "/api/payments/{orderId}", Scope.ORDERS, Scope.ORDERS_OF_ALL));
    }
}
