package dev.faultline.acl;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a service may do at Kafka and Consul, and no more; its right to its database is that of the database's owner.
 *
 * @param application the name of the service, which is also that of its consumer group
 * @param consumed    the topics that it reads; what it cannot process, it moves to their dead-letter topics
 * @param produced    the topics that it writes to
 * @param key         the prefix of its keys in Consul; empty for none
 * @param discovered  the services that it finds in Consul
 */
public record ServiceRights(String application, Set<String> consumed, Set<String> produced, String key,
        Set<String> discovered) {
    private static final String COMMANDS_TO_INVENTORY = "inventory.commands";
    private static final String COMMANDS_TO_PAYMENT = "payment.commands";
    private static final String REPLIES = "checkout.replies";
    private static final String DEAD_LETTERS = ".dead-letters";

    public static final List<ServiceRights> ALL = List.of(
            new ServiceRights("order-service", Set.of(REPLIES), Set.of(COMMANDS_TO_INVENTORY, COMMANDS_TO_PAYMENT),
                    "faultline/orders/", Set.of()),
            new ServiceRights("inventory-service", Set.of(COMMANDS_TO_INVENTORY), Set.of(REPLIES),
                    "faultline/inventory/", Set.of()),
            new ServiceRights("payment-service", Set.of(COMMANDS_TO_PAYMENT), Set.of(REPLIES), "faultline/payments/",
                    Set.of()),
            new ServiceRights("gateway-service", Set.of(), Set.of(), "", Set.of("order-service", "inventory-service",
                    "payment-service", "identity-service")),
            new ServiceRights("identity-service", Set.of(), Set.of(), "", Set.of()),
            new ServiceRights("acquirer-simulator", Set.of(), Set.of(), "", Set.of()));

    public boolean usesKafka() {
        return !consumed.isEmpty() || !produced.isEmpty();
    }

    /** Throws {@link java.util.NoSuchElementException} if there is no such service. */
    public static ServiceRights of(String application) {
        return ALL.stream().filter(rights -> rights.application.equals(application)).findFirst().orElseThrow();
    }

    /** The topics that it writes to, with those of dead letters. */
    Stream<String> written() {
        return Stream.concat(produced.stream(), consumed.stream().map(topic -> topic + DEAD_LETTERS));
    }

    /** The topics that it creates if they do not exist yet. */
    Stream<String> created() {
        return Stream.concat(consumed.stream(), produced.stream()).flatMap(topic -> Stream.of(topic, topic
                + DEAD_LETTERS)).distinct();
    }
}
