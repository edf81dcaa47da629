package dev.faultline.local;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.backing.BackingService;
import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.ConsulAgent;
import dev.faultline.backing.ConsulPorts;
import dev.faultline.backing.KafkaAotCache;
import dev.faultline.backing.KafkaBroker;
import dev.faultline.backing.KafkaCluster;
import dev.faultline.backing.Progress;

/** What all services of a cluster have in common: one Consul server and one Kafka broker, or three of each. */
record SharedServers(List<ConsulAgent> consul, List<KafkaBroker> kafka, Map<Integer, String> listeners) {

    static SharedServers of(Home home, Settings settings, TransportSecurity security, CacheDirectory cache,
            KafkaAotCache kafkaCache, Progress progress) {
        Ports ports = settings.ports();
        List<ConsulPorts> consulPorts = ports.consul().subList(0, settings.servers());
        var kafkaCluster = new KafkaCluster(settings.kafkaCluster(), ports.kafkaControllers().subList(0, settings
                .servers()), ports.kafka().subList(0, settings.servers()));
        List<ConsulAgent> consul = ConsulAgent.several(consulPorts, home::data, cache, progress).stream().map(
                security::secured).toList();
        List<KafkaBroker> kafka = kafkaCluster.brokers(home::data, kafkaCache).stream().map(security::secured).toList();
        var listeners = new HashMap<Integer, String>();
        for (int i = 0; i < settings.servers(); i++) {
            for (int port : List.of(consulPorts.get(i).http(), consulPorts.get(i).server(), consulPorts.get(i)
                    .serf())) {
                listeners.put(port, consul.get(i).name());
            }
            for (int port : List.of(kafkaCluster.ports().get(i), kafkaCluster.controllerPorts().get(i))) {
                listeners.put(port, kafka.get(i).name());
            }
        }
        return new SharedServers(consul, kafka, Map.copyOf(listeners));
    }

    Stream<BackingService> all() {
        return Stream.concat(consul.stream(), kafka.stream());
    }

    List<String> names() {
        return all().map(BackingService::name).toList();
    }

    List<String> consulNames() {
        return consul.stream().map(ConsulAgent::name).toList();
    }

    /** The server with which an instance registers. Instances of a service have different ones, if there are several. */
    ConsulAgent consulOf(int instance) {
        return consul.get((instance - 1) % consul.size());
    }

    String bootstrapServers() {
        return kafka.stream().map(KafkaBroker::bootstrapServers).collect(Collectors.joining(","));
    }
}
