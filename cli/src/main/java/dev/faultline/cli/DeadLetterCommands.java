package dev.faultline.cli;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import dev.faultline.backing.FaultlineException;
import dev.faultline.deadletters.DeadLetter;
import dev.faultline.deadletters.DeadLetters;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./faultline dead-letters}. */
@Command(name = "dead-letters", synopsisSubcommandLabel = "COMMAND", subcommands = HelpCommand.class, description = "Lists, shows and replays messages that a service could not handle.")
final class DeadLetterCommands {
    private static final String ID = "a dead letter's id; see ./faultline dead-letters list";
    private static final String TOPIC = "only dead letters of this original topic";

    private final Terminal terminal;
    private final Function<ClusterOption, DeadLetters> deadLetters;

    /** @param deadLetters opens the dead letters of a cluster */
    DeadLetterCommands(Terminal terminal, Function<ClusterOption, DeadLetters> deadLetters) {
        this.terminal = terminal;
        this.deadLetters = deadLetters;
    }

    @Command(description = "Lists dead letters, newest last.")
    void list(@Mixin ClusterOption option,
            @Option(names = "--topic", paramLabel = "NAME", description = TOPIC) @Nullable String topic,
            @Option(names = "--open", description = "only dead letters that were not replayed") boolean open) {
        List<DeadLetter> all = deadLetters.apply(option).all();
        List<DeadLetter> letters = all.stream().filter(from(topic)).filter(letter -> !open || !letter.isReplayed())
                .toList();
        if (letters.isEmpty()) {
            terminal.line(none(all, topic, open));
        } else {
            new DeadLetterText(terminal).table(letters);
        }
    }

    @Command(description = "Shows a dead letter with its headers and content.")
    void show(@Mixin ClusterOption option, @Parameters(paramLabel = "ID", description = ID) String id) {
        DeadLetter.Id parsed = DeadLetter.Id.parse(id);
        new DeadLetterText(terminal).details(deadLetters.apply(option).find(parsed));
    }

    @Command(description = {"Sends a dead letter to its original topic again.",
        "A service that has already handled it changes nothing and answers as it did before."})
    void replay(@Mixin ClusterOption option,
            @Parameters(paramLabel = "ID", arity = "0..1", description = ID) @Nullable String id,
            @Option(names = "--all", description = "all dead letters that were not replayed, oldest first") boolean all,
            @Option(names = "--topic", paramLabel = "NAME", description = "with --all: "
                    + TOPIC) @Nullable String topic,
            @Option(names = "--again", description = "include those that were replayed before") boolean again) {
        if (all == (id != null)) {
            throw new FaultlineException("Specify either an ID or --all.");
        }
        if (id != null && topic != null) {
            throw new FaultlineException("--topic can only be used with --all; the ID " + id + " includes its topic.");
        }
        DeadLetter.Id parsed = id == null ? null : DeadLetter.Id.parse(id);
        DeadLetters cluster = deadLetters.apply(option);
        if (parsed != null) {
            cluster.replay(List.of(cluster.find(parsed)), again, this::replayed);
            return;
        }
        List<DeadLetter> present = cluster.all();
        List<DeadLetter> letters = present.stream().filter(from(topic)).filter(letter -> again || !letter.isReplayed())
                .toList();
        cluster.replay(letters, again, this::replayed);
        terminal.line(letters.isEmpty() ? none(present, topic, !again)
                : DeadLetterText.count(letters.size())
                        + " replayed. A message that fails again becomes a new dead letter.");
    }

    private void replayed(DeadLetter letter) {
        terminal.line(letter.id() + " was sent to " + letter.id().originalTopic() + " again.");
    }

    private static Predicate<DeadLetter> from(@Nullable String topic) {
        return letter -> topic == null || letter.id().originalTopic().equals(topic);
    }

    private static String none(List<DeadLetter> all, @Nullable String topic, boolean open) {
        if (all.isEmpty()) {
            return "There are no dead letters.";
        }
        return "There are no dead letters" + (topic == null ? "" : " of " + topic) + (open
                ? " that were not replayed"
                : "") + ". There are " + all.size() + " in all, of "
                + all.stream().map(letter -> letter.id().originalTopic()).distinct().sorted()
                        .collect(Collectors.joining(", "))
                + ".";
    }
}
