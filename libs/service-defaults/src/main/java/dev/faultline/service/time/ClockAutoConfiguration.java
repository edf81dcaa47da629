package dev.faultline.service.time;

import java.time.Clock;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** The clock from which a service takes what it writes down or compares with what others wrote. */
@AutoConfiguration
@EnableConfigurationProperties(ClockProperties.class)
public class ClockAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Clock clock(ClockProperties properties) {
        return Clock.offset(Clock.systemUTC(), properties.offset());
    }
}
