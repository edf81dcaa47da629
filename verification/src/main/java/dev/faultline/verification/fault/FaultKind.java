package dev.faultline.verification.fault;

import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.faultline.verification.Target;

/** A kind of fault: how it is injected into a target and how it heals. A new kind is a class and an entry of {@link #ALL}. */
public interface FaultKind {

    /** Every kind, in a fixed order: a seed's schedule depends on it. */
    List<FaultKind> ALL = List.of(new Kill(), new Pause(),
            new AcquirerFault("acquirer-slow", "{\"slowShare\": 0.5, \"slowFor\": \"PT2S\"}"),
            new AcquirerFault("acquirer-error", "{\"failShare\": 0.5}"),
            new AcquirerFault("acquirer-timeout", "{\"timeoutAfterChargeShare\": 0.5}"));

    static Optional<FaultKind> named(String name) {
        return ALL.stream().filter(kind -> kind.name().equals(name)).findFirst();
    }

    /** Its name in {@code docs/faults.md} and on the command line. */
    @JsonValue
    String name();

    /** What it may hit, given all nodes and roles. */
    List<String> targetsAmong(List<String> nodesAndRoles);

    /** Whether it lasts until {@link #heal}; if not, the platform recovers by itself. */
    boolean lasts();

    /** @param node never a role */
    void inject(Target target, String node);

    /** Undoes the fault; repeatable. */
    void heal(Target target, String node);
}
