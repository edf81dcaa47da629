package dev.faultline.cli;

import java.util.List;
import java.util.function.Function;

import dev.faultline.backing.FaultlineException;
import dev.faultline.local.LocalCluster;
import dev.faultline.verification.local.LocalTarget;
import dev.faultline.verification.shards.ShardPlanning;
import dev.faultline.verification.shards.ShardPlanning.Move;
import dev.faultline.verification.shards.ShardStatistics;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./faultline shards}. */
@Command(name = "shards", synopsisSubcommandLabel = "[COMMAND]", subcommands = HelpCommand.class, description = {
    "Shows what each shard holds, and moves buckets between shards while they are in use.",
    "The services carry a plan out by themselves; an interrupted command does not stop them, and a repeated one shows "
            + "the rest."})
final class ShardsCommand implements Runnable {
    private static final String SERVICE = "orders, inventory or payments (default: all three)";
    private static final String DRY_RUN = "only show what would be moved";

    private final Terminal terminal;
    @Mixin private ClusterOption cluster = new ClusterOption();

    ShardsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        new ShardsText(terminal).table(ShardStatistics.of(running(cluster).databases()));
    }

    @Command(description = "Moves one bucket.")
    void move(@Mixin ClusterOption option,
            @Parameters(paramLabel = "BUCKET", description = "0 to 1023; those of an order are the first two digits of "
                    + "its id, in Crockford's base 32") int bucket,
            @Option(names = "--to", paramLabel = "SHARD", required = true, description = "the shard's name") String to,
            @Option(names = "--service", paramLabel = "NAME", description = SERVICE) @Nullable String service) {
        carryOut(option, service, false, planning -> planning.move(bucket, to, false));
    }

    @Command(description = "Moves every bucket away from a shard.")
    void drain(@Mixin ClusterOption option, @Parameters(paramLabel = "SHARD", description = "its name") String shard,
            @Option(names = "--service", paramLabel = "NAME", description = SERVICE) @Nullable String service,
            @Option(names = "--dry-run", description = DRY_RUN) boolean dryRun) {
        carryOut(option, service, dryRun, planning -> planning.drain(shard, dryRun));
    }

    @Command(description = "Moves buckets to where the hash ring of all shards has them.")
    void rebalance(@Mixin ClusterOption option,
            @Option(names = "--service", paramLabel = "NAME", description = SERVICE) @Nullable String service,
            @Option(names = "--dry-run", description = DRY_RUN) boolean dryRun) {
        carryOut(option, service, dryRun, planning -> planning.rebalance(dryRun));
    }

    @Command(description = {
        "Starts another PostgreSQL server, and restarts the services, one instance of each after the other, "
                + "so that they know it.", "It owns nothing until ./faultline shards rebalance."})
    void add(@Mixin ClusterOption option) {
        String shard = running(option).addShard(terminal);
        terminal.line(shard + " is ready and empty. Give it its buckets: ./faultline shards rebalance");
    }

    private void carryOut(ClusterOption option, @Nullable String service, boolean dryRun,
            Function<ShardPlanning, List<Move>> plan) {
        var target = new LocalTarget(running(option));
        List<String> services = service == null ? ShardPlanning.SERVICES.keySet().stream().sorted().toList()
                : List.of(service);
        var text = new ShardsText(terminal);
        for (String each : services) {
            try (var planning = new ShardPlanning(target, each)) {
                long epoch = planning.since(Long.MAX_VALUE).epoch();
                List<Move> moves = plan.apply(planning);
                text.planned(each, moves);
                if (!dryRun) {
                    text.follow(each, () -> planning.since(epoch));
                }
            }
        }
    }

    /** @throws FaultlineException if it is not running */
    private static LocalCluster running(ClusterOption option) {
        LocalCluster cluster = option.cluster();
        cluster.requireRunning();
        return cluster;
    }
}
