package dev.faultline.acquirer;

import java.time.Clock;

import dev.faultline.acquirer.charging.ChargingCards;
import dev.faultline.acquirer.charging.file.FileJournal;
import dev.faultline.acquirer.charging.web.StalledRequests;
import dev.faultline.acquirer.faults.FaultInjection;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** The simulated acquirer. */
@SpringBootApplication
@ConfigurationPropertiesScan
class AcquirerSimulatorApplication {
    public static void main(String[] args) {
        SpringApplication.run(AcquirerSimulatorApplication.class, args);
    }

    @Bean
    FileJournal fileJournal(AcquirerProperties properties) {
        return FileJournal.open(properties.journal());
    }

    @Bean
    ChargingCards chargingCards(FileJournal journal, AcquirerProperties properties, Clock clock) {
        return new ChargingCards(journal, clock, properties.maxPayments());
    }

    @Bean
    FaultInjection faultInjection() {
        return new FaultInjection();
    }

    @Bean
    StalledRequests stalledRequests(AcquirerProperties properties) {
        return new StalledRequests(properties.holdFor(), properties.maxHeld());
    }

    /** Part of readiness: without its journal the acquirer charges nothing. */
    @Bean
    HealthIndicator journalHealthIndicator(FileJournal journal) {
        return () -> (journal.failed() ? Health.down() : Health.up()).withDetail("entries", journal.last()).build();
    }
}
