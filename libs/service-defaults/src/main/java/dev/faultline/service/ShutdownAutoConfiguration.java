package dev.faultline.service;

import java.time.Duration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.cloud.client.serviceregistry.AbstractAutoServiceRegistration;
import org.springframework.context.annotation.Bean;

/** Configures the deregistration of a service before it stops. */
@AutoConfiguration
public class ShutdownAutoConfiguration {

    @Bean
    DeregistrationOnShutdown deregistrationOnShutdown(ObjectProvider<AbstractAutoServiceRegistration<?>> registrations,
            @Value("${faultline.shutdown.drain-period:1s}") Duration drainPeriod) {
        return new DeregistrationOnShutdown(registrations, drainPeriod);
    }
}
