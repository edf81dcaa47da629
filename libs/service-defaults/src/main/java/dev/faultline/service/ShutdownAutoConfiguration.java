package dev.faultline.service;

import java.time.Duration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.cloud.client.serviceregistry.AbstractAutoServiceRegistration;
import org.springframework.context.annotation.Bean;

/** Deregisters a service before it stops. */
@AutoConfiguration
public class ShutdownAutoConfiguration {

    @Bean
    DeregistrationOnShutdown leavingRotation(ObjectProvider<AbstractAutoServiceRegistration<?>> registrations,
            @Value("${faultline.shutdown.leave-time:1s}") Duration leaveTime) {
        return new DeregistrationOnShutdown(registrations, leaveTime);
    }
}
