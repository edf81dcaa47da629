package dev.faultline.identity;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

@SpringBootApplication
@ConfigurationPropertiesScan
class IdentityServiceApplication {
    static void main(String[] args) {
        SpringApplication.run(IdentityServiceApplication.class, args);
    }
}
