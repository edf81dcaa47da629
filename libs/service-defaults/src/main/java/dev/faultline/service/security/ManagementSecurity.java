package dev.faultline.service.security;

import jakarta.servlet.Filter;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;

/** The same filters on the management port, which has a context of its own. */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
class ManagementSecurity {

    @Bean
    FilterRegistrationBean<Filter> managementSecurityFilter(@Qualifier("springSecurityFilterChain") Filter chain) {
        return ResourceServerAutoConfiguration.registration(chain);
    }
}
