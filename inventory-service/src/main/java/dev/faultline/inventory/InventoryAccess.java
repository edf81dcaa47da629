package dev.faultline.inventory;

import static dev.faultline.service.security.AccessRule.needs;
import static dev.faultline.service.security.AccessRule.open;

import dev.faultline.service.security.AccessRules;
import dev.faultline.service.security.Scope;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/** Who may call the service, whoever sends the request; docs/security.md has the table. */
@Configuration(proxyBeanMethods = false)
class InventoryAccess {

    @Bean
    AccessRules accessRules() {
        return AccessRules.of(open(HttpMethod.GET, "/api/stock/{sku}"),
                needs(HttpMethod.PUT, "/api/stock/{sku}/receipts/{receiptId}", Scope.STOCK));
    }
}
