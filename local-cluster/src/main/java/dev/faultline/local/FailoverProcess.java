package dev.faultline.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.faultline.acl.ServiceRights;
import dev.faultline.backing.Launch;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.Readiness;
import dev.faultline.discovery.LeaderElection;
import dev.faultline.local.supervisor.NodeSpec;
import org.postgresql.Driver;
import org.slf4j.Logger;
import org.springframework.cloud.client.ServiceInstance;
import org.tukaani.xz.XZInputStream;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.json.JsonMapper;

/** How to run the {@link Failover} of a cluster. */
final class FailoverProcess {
    private FailoverProcess() {}

    static NodeSpec spec(Layout layout, Home home) {
        String name = layout.failover().orElseThrow();
        Path directory = home.data(name);
        try {
            Files.createDirectories(directory);
            // What Failover uses, and no more: Spring does not run there.
            String classPath = CodeCopy.classPath(directory.resolve("code"), Map.of("local-cluster", Failover.class,
                    "acls", ServiceRights.class, "backing-services", PostgresServer.class, "discovery",
                    LeaderElection.class), List.of(
                            JsonMapper.class, JsonParser.class, JsonProperty.class, Driver.class, XZInputStream.class,
                            Logger.class, ServiceInstance.class), PostgresServer.binaries());
            var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            var launch = new Launch(List.of(java, "-Xmx48m", "-Xss256k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                    "-XX:ReservedCodeCacheSize=24m", "-XX:-UsePerfData", "-Dslf4j.internal.verbosity=ERROR", "-cp",
                    classPath, Failover.class.getName(), home.directory().toString()), Map.of("MALLOC_ARENA_MAX", "2"),
                    directory, "TERM");
            return new NodeSpec(name, layout.failoverPort(), launch, Readiness.of("http://127.0.0.1:" + layout
                    .failoverPort() + "/"), layout.failoverNeeds());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
