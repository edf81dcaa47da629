package dev.faultline.experiments.consensus;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.faultline.backing.Parallel;
import dev.faultline.backing.Polling;
import dev.faultline.experiments.BarChart;
import dev.faultline.experiments.BarChart.Bar;
import dev.faultline.experiments.BarChart.Group;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;

/** Members of a cluster are killed, one at a time and then two at once: who notices, and when. */
public final class Gossip implements Experiment {
    private static final Duration AT_MOST = Duration.ofSeconds(30);

    @Override
    public Description description() {
        return new Description("gossip", "Gossip membership",
                "Members that probe each other find out which of them has failed and which is back, each by itself and within seconds, and they need no leader for it: also the one that is left of three knows that it is alone.",
                "Raft's list of those who vote, on the same servers: it must still name the killed ones, because it changes only by a write.",
                List.of(new Source(
                        "Das, Gupta, Motivala, SWIM: Scalable Weakly-consistent Infection-style Process Group Membership Protocol, 2002",
                        "https://doi.org/10.1109/DSN.2002.1028914"), new Source(
                                "Dadgar, Phillips, Currey, Lifeguard: Local Health Awareness for More Accurate Failure Detection, 2018",
                                "https://doi.org/10.1109/DSN-W.2018.00017"), new Source("Consul, Gossip Protocol",
                                        "https://developer.hashicorp.com/consul/docs/concept/gossip")),
                List.of("libs/backing-services/src/main/java/dev/faultline/backing/ConsulAgent.java",
                        "experiments/src/main/java/dev/faultline/experiments/consensus/Gossip.java"),
                List.of("\"gossip_lan\": {\"suspicion_mult\": 1} in ConsulAgent.java: faster, and wrong more often",
                        "./faultline experiment run failure-detection: the same question, asked by health checks"));
    }

    @Override
    public void run(Lab lab) {
        try (var servers = new ConsulServers(lab)) {
            var failures = new ArrayList<Seen>();
            var returns = new ArrayList<Seen>();
            boolean isStillVoter = true;
            for (ConsulServer killed : servers.all()) {
                List<ConsulServer> others = servers.without(killed);
                servers.process(killed).kill();
                lab.step("killed " + killed.name());
                failures.addAll(seen(others, killed, false));
                isStillVoter &= others.stream().allMatch(server -> server.voters().contains(killed.raft()));
                lab.step("both others call it failed; it is started again");
                returns.addAll(returned(servers, others, killed));
            }
            ConsulServer left = servers.all().getFirst();
            List<ConsulServer> killed = servers.without(left);
            killed.forEach(server -> servers.process(server).kill());
            lab.step("killed two of three");
            boolean knowsThatItIsAlone = Polling.until(AT_MOST, () -> killed.stream().noneMatch(server -> left.members()
                    .getOrDefault(server.name(), true)));
            boolean hasNoLeader = left.leader().isEmpty();
            long voters = left.voters().stream().filter(address -> killed.stream().anyMatch(server -> server.raft()
                    .equals(address))).count();

            lab.observe("a killed member is called failed after", range(failures));
            lab.observe("a member that was started is called alive after", range(returns));
            lab.observe("opinions that a member had failed that was alive", "%d of %d".formatted(failures.stream()
                    .filter(
                            Seen::isWrongAboutOthers).count(), failures.size()));
            lab.picture("Seconds until each of the others knows",
                    "From the kill, and from the start of the new process, to the change in a member's own list.",
                    BarChart.svg(List.of(group("a kill", failures, "var(--bad)"), group("a start", returns,
                            "var(--blue)"))));
            lab.claim("each of the others called the killed member failed, by itself", failures.stream().allMatch(
                    Seen::isInTime));
            lab.claim("each of the others called it alive again", returns.stream().allMatch(Seen::isInTime));
            lab.claim("the one that was left knew without a leader that both others had failed", knowsThatItIsAlone
                    && hasNoLeader);
            lab.control("when gossip called a member failed, Raft's list still named it as one that votes",
                    isStillVoter);
            lab.control("on the one that was left, Raft's list still named %d of 2 killed".formatted(voters),
                    voters == killed.size());
        }
    }

    /**
     * When an observer's list said what had happened to a member.
     *
     * @param afterMs          since it happened; {@link #AT_MOST} if it did not say so
     * @param isWrongAboutOthers whether it called a member failed that was not killed
     */
    private record Seen(String observer, String member, double afterMs, boolean isWrongAboutOthers) {
        boolean isInTime() {
            return afterMs < AT_MOST.toMillis();
        }

        String text() {
            return isInTime() ? "%.1f s".formatted(afterMs / 1e3) : "not in " + AT_MOST.toSeconds() + " s";
        }
    }

    private static List<Seen> returned(ConsulServers servers, List<ConsulServer> others, ConsulServer killed) {
        var returned = new ArrayList<Seen>();
        Parallel.run(List.of(() -> servers.start(List.of(killed)), () -> returned.addAll(seen(others, killed, true))));
        return returned;
    }

    /** Asks each observer until its list says of the member that it is alive, or that it is not. */
    private static List<Seen> seen(List<ConsulServer> observers, ConsulServer member, boolean alive) {
        long began = System.nanoTime();
        var seen = new ConcurrentLinkedQueue<Seen>();
        Parallel.run(observers.stream().<Runnable>map(observer -> () -> {
            boolean inTime = Polling.until(AT_MOST, () -> observer.members().getOrDefault(member.name(),
                    !alive) == alive);
            double afterMs = inTime ? (System.nanoTime() - began) / 1e6 : AT_MOST.toMillis();
            seen.add(new Seen(observer.name(), member.name(), afterMs, isWrong(observer, member)));
        }).toList());
        return seen.stream().sorted(Comparator.comparing(Seen::observer)).toList();
    }

    private static boolean isWrong(ConsulServer observer, ConsulServer member) {
        Map<String, Boolean> members = observer.members();
        return members.entrySet().stream().anyMatch(each -> !each.getKey().equals(member.name()) && !each.getValue());
    }

    private static String range(List<Seen> seen) {
        List<Seen> sorted = seen.stream().sorted(Comparator.comparingDouble(Seen::afterMs)).toList();
        return "%s to %s".formatted(sorted.getFirst().text(), sorted.getLast().text());
    }

    private static Group group(String title, List<Seen> seen, String colour) {
        return new Group(title, seen.stream().map(each -> new Bar("%s about %s".formatted(each.observer, each.member),
                each.afterMs / 1e3, each.text(), colour)).toList());
    }
}
