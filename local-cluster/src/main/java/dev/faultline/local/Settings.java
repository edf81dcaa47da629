package dev.faultline.local;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.KafkaCluster;
import dev.faultline.backing.Replication;
import org.jspecify.annotations.Nullable;

/**
 * The persistent settings of a cluster: its gateways' port, its random passwords, the number of its shards, whether they have
 * standbys, whether it is secured, and the number of its gateways.
 *
 * @param superuserPassword of every shard
 * @param databasePasswords by database; the owner has the same name
 * @param standbys          how the shards' standbys replicate; null if there are none
 * @param replicated        whether there are three Consul servers and three Kafka brokers, instead of one each
 * @param secret            from which the nodes' passwords at each other are derived; null if the cluster is not secured
 */
record Settings(int gatewayPort, String superuserPassword, Map<String, String> databasePasswords, int shards,
        Replication.@Nullable Mode standbys, boolean replicated, @Nullable String secret, int gateways) {
    static final List<String> DATABASES = List.of("orders", "inventory", "payments");
    private static final int FIRST_SHARDS = 2;
    private static final int REPLICAS = 3;

    Settings {
        databasePasswords = Map.copyOf(databasePasswords);
        // Missing in the files of earlier versions.
        shards = shards == 0 ? FIRST_SHARDS : shards;
        gateways = gateways == 0 ? 1 : gateways;
    }

    static Settings create(int gatewayPort) {
        var random = new SecureRandom();
        return new Settings(gatewayPort, password(random),
                DATABASES.stream().collect(Collectors.toMap(database -> database, _ -> password(random))),
                FIRST_SHARDS, null, false, null, 1);
    }

    Settings withGatewayPort(int changed) {
        return new Settings(changed, superuserPassword, databasePasswords, shards, standbys, replicated, secret,
                gateways);
    }

    Settings withStandbys(Replication.Mode changed) {
        return new Settings(gatewayPort, superuserPassword, databasePasswords, shards, changed, replicated, secret,
                gateways);
    }

    Settings withReplicatedServers() {
        return new Settings(gatewayPort, superuserPassword, databasePasswords, shards, standbys, true, secret,
                gateways);
    }

    /** Of Consul servers, and of Kafka brokers. */
    int servers() {
        return replicated ? REPLICAS : 1;
    }

    /** The id of the Kafka cluster, the same at every start: an interrupted one may have formatted some of the brokers. */
    String kafkaCluster() {
        return KafkaCluster.idOf(superuserPassword);
    }

    boolean isSecured() {
        return secret != null;
    }

    Settings secured() {
        return isSecured() ? this
                : new Settings(gatewayPort, superuserPassword, databasePasswords, shards, standbys, replicated,
                        password(
                                new SecureRandom()), gateways);
    }

    /** @throws FaultlineException if there is no port for another one */
    Settings withAnotherShard() {
        if (shards == Ports.MAX_SHARDS) {
            throw new FaultlineException("A cluster has at most " + Ports.MAX_SHARDS + " shards.");
        }
        return new Settings(gatewayPort, superuserPassword, databasePasswords, shards + 1, standbys,
                replicated, secret, gateways);
    }

    Settings withGateways(int changed) {
        return new Settings(gatewayPort, superuserPassword, databasePasswords, shards, standbys, replicated, secret,
                changed);
    }

    Ports ports() {
        return new Ports(gatewayPort);
    }

    String passwordOf(String database) {
        String password = databasePasswords.get(database);
        if (password == null) {
            throw new IllegalArgumentException("no such database: " + database);
        }
        return password;
    }

    private static String password(SecureRandom random) {
        var bytes = new byte[18];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
