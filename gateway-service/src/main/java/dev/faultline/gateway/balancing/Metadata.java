package dev.faultline.gateway.balancing;

import java.util.Map;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.ServiceInstance;

/**
 * What an instance says about itself in Consul, by the names of Spring Cloud LoadBalancer.
 *
 * @param weight from 1 to 1000; 1 if there is none, or an invalid one
 * @param zone   empty if there is none
 */
record Metadata(int weight, String zone) {
    static final String WEIGHT = "weight";
    static final String ZONE = "zone";

    private static final Logger log = LoggerFactory.getLogger(Metadata.class);
    private static final int MAX_WEIGHT = 1000;

    static Metadata of(ServiceInstance registered) {
        Map<String, String> metadata = registered.getMetadata();
        return metadata == null ? new Metadata(1, "")
                : new Metadata(weight(Instance.idOf(registered), metadata.getOrDefault(WEIGHT, "1")), metadata
                        .getOrDefault(ZONE, ""));
    }

    private static int weight(String id, String text) {
        try {
            int weight = Integer.parseInt(text.strip());
            if (weight >= 1 && weight <= MAX_WEIGHT) {
                return weight;
            }
        } catch (NumberFormatException e) {
            log.debug("Not a number: {}", text, e);
        }
        log.warn("The weight of {} is 1 and not \"{}\", which is not a number from 1 to {}", id, text, MAX_WEIGHT);
        return 1;
    }
}
