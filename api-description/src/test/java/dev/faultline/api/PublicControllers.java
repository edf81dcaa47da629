package dev.faultline.api;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

import dev.faultline.inventory.stock.ReceiptId;
import dev.faultline.service.security.AccessRule;
import dev.faultline.service.security.AccessRules;
import dev.faultline.service.security.Caller;
import dev.faultline.sharding.Reads;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.objenesis.ObjenesisStd;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.RestController;

/**
 * The controllers behind the gateway, as springdoc wants to see them: in one context, without what they work with. They are
 * never called.
 */
@SpringBootConfiguration
class PublicControllers {
    private static final List<AccessRules> RULES = List.of(rules("order.OrderAccess"), rules(
            "inventory.InventoryAccess"),
            rules("payment.PaymentAccess"));
    private static final List<String> SERVICES = List.of("dev.faultline.order", "dev.faultline.inventory",
            "dev.faultline.payment");

    static {
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Reads.class, Caller.class).replaceWithClass(
                ReceiptId.class,
                String.class);
    }

    @Bean
    static BeanDefinitionRegistryPostProcessor controllers() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(RestController.class));
        return new BeanDefinitionRegistryPostProcessor() {
            @Override
            public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
                for (String service : SERVICES) {
                    for (BeanDefinition found : scanner.findCandidateComponents(service)) {
                        Class<?> type = ClassUtils.resolveClassName(String.valueOf(found.getBeanClassName()), null);
                        register(registry, type);
                    }
                }
            }
        };
    }

    @Bean
    RequiredComponents requiredComponents() {
        return new RequiredComponents();
    }

    private static <T> void register(BeanDefinitionRegistry registry, Class<T> type) {
        var definition = new RootBeanDefinition(type, () -> new ObjenesisStd().newInstance(type));
        registry.registerBeanDefinition(type.getName(), definition);
    }

    private static AccessRules rules(String configuration) {
        try (var context = new AnnotationConfigApplicationContext(ClassUtils.resolveClassName("dev.faultline."
                + configuration, null))) {
            return context.getBean(AccessRules.class);
        }
    }

    /**
     * The scopes of which an operation needs one, by the rules of its service, in alphabetical order; none if it is open.
     *
     * @throws java.util.NoSuchElementException if no service has a rule for it
     */
    static Set<String> scopesOf(String method, String path) {
        var request = new MockHttpServletRequest(method.toUpperCase(Locale.ROOT), path.replaceAll("\\{[^}]*}", "x"));
        return RULES.stream().flatMap(rules -> rules.ruleOf(request).stream()).map(AccessRule::scopes).map(TreeSet::new)
                .findFirst().orElseThrow();
    }
}
