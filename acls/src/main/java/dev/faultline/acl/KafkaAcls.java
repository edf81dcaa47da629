package dev.faultline.acl;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import dev.faultline.backing.FaultlineException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** The access rules of a broker: those of {@link ServiceRights}, and no other. */
public final class KafkaAcls {
    private static final int TIMEOUT_S = 30;

    private KafkaAcls() {}

    /**
     * Creates the rules that are missing, and deletes the others. Idempotent.
     *
     * @param operator the client's properties of a user who may do so
     * @throws FaultlineException if the broker does not confirm it in half a minute
     */
    public static void apply(Map<String, String> operator, Collection<ServiceRights> services) {
        try (Admin admin = Admin.create(new HashMap<>(operator))) {
            var wanted = new HashSet<AclBinding>();
            services.stream().flatMap(KafkaAcls::of).forEach(wanted::add);
            var present = admin.describeAcls(AclBindingFilter.ANY).values().get(TIMEOUT_S, TimeUnit.SECONDS);
            admin.createAcls(wanted.stream().filter(rule -> !present.contains(rule)).toList()).all().get(TIMEOUT_S,
                    TimeUnit.SECONDS);
            admin.deleteAcls(present.stream().filter(rule -> !wanted.contains(rule)).map(AclBinding::toFilter).toList())
                    .all().get(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new FaultlineException("Kafka did not accept the access rules of the services: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted", e);
        }
    }

    private static Stream<AclBinding> of(ServiceRights service) {
        return Stream.of(
                service.consumed().stream().map(topic -> rule(service, ResourceType.TOPIC, topic, AclOperation.READ)),
                service.consumed().isEmpty() ? Stream.<AclBinding>of()
                        : Stream.of(rule(service, ResourceType.GROUP, service.application(), AclOperation.READ)),
                service.written().map(topic -> rule(service, ResourceType.TOPIC, topic, AclOperation.WRITE)),
                service.created().flatMap(topic -> Stream.of(AclOperation.CREATE, AclOperation.DESCRIBE).map(
                        operation -> rule(service, ResourceType.TOPIC, topic, operation)))).flatMap(rules -> rules);
    }

    private static AclBinding rule(ServiceRights service, ResourceType type, String name, AclOperation operation) {
        return new AclBinding(new ResourcePattern(type, name, PatternType.LITERAL), new AccessControlEntry("User:"
                + service.application(), "*", operation, AclPermissionType.ALLOW));
    }
}
