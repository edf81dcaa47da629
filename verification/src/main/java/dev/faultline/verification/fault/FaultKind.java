package dev.faultline.verification.fault;

import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.faultline.verification.Target;

/**
 * A kind of fault: how it is injected into a target and how it heals. To add one, implement this interface and add it to
 * {@link #ALL}, and add a script of the same name to {@code chaos/}.
 */
public interface FaultKind {

    /** Every kind, in a fixed order: a seed's schedule depends on it. */
    List<FaultKind> ALL = List.of(new Kill(), new Pause(),
            new AcquirerFault("acquirer-slow", "{\"slowShare\": 0.5, \"slowFor\": \"PT2S\"}"),
            new AcquirerFault("acquirer-error", "{\"failShare\": 0.5}"),
            new AcquirerFault("acquirer-timeout", "{\"timeoutAfterChargeShare\": 0.5}"), new ShardDrain(),
            new StandbyLag());

    static Optional<FaultKind> named(String name) {
        return ALL.stream().filter(kind -> kind.name().equals(name)).findFirst();
    }

    /** The name on the command line, in reports and in {@code chaos/}. */
    @JsonValue
    String name();

    /** The possible targets among all nodes and roles. */
    List<String> targetsAmong(List<String> nodesAndRoles);

    /** Whether it lasts until {@link #heal}; if not, it heals by itself. */
    boolean needsHealing();

    /** @param node never a role */
    void inject(Target target, String node);

    /** Idempotent. */
    void heal(Target target, String node);
}
