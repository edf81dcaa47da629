package dev.faultline.protocols.store;

import java.util.HashMap;
import java.util.Map;

import dev.faultline.protocols.schedules.NodeId;

/**
 * The replicated state machine. Deterministic. Executes a request once, however often it is in the log: it remembers each
 * client's last reply (Ongaro: Consensus: Bridging Theory and Practice, 6.3).
 */
public final class Store {
    private final Map<String, Integer> values = new HashMap<>();
    private final Map<NodeId, Reply> lastReplies = new HashMap<>();

    public Reply execute(Request request) {
        Reply last = lastReplies.get(request.client());
        if (last != null && request.serial() <= last.serial()) {
            return last;
        }
        var reply = new Reply(request.serial(), execute(request.command()));
        lastReplies.put(request.client(), reply);
        return reply;
    }

    private int execute(Command command) {
        int before = read(command.key());
        int after = switch (command) {
            case Command.Read _ -> before;
            case Command.Write write -> write.value();
            case Command.CompareAndSet set -> before == set.expected() ? set.value() : before;
        };
        values.put(command.key(), after);
        return after;
    }

    public int read(String key) {
        return values.getOrDefault(key, 0);
    }
}
