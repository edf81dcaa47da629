package dev.faultline.api;

import java.util.List;

import dev.faultline.inventory.stock.ReceiptId;
import dev.faultline.sharding.Reads;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.objenesis.ObjenesisStd;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.RestController;

/**
 * The controllers behind the gateway, as springdoc wants to see them: in one context, without what they work with. They are
 * never called.
 */
@SpringBootConfiguration
class PublicControllers {
    private static final List<String> SERVICES = List.of("dev.faultline.order", "dev.faultline.inventory",
            "dev.faultline.payment");

    static {
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Reads.class).replaceWithClass(ReceiptId.class,
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
}
