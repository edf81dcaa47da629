package dev.faultline.protocols;

import java.util.List;
import java.util.stream.Collectors;

import dev.faultline.protocols.clocks.Clocks;
import dev.faultline.protocols.crdt.Crdts;
import dev.faultline.protocols.dynamo.Dynamo;
import dev.faultline.protocols.generals.TwoGenerals;
import dev.faultline.protocols.paxos.Paxos;
import dev.faultline.protocols.pbft.Pbft;
import dev.faultline.protocols.raft.Raft;
import dev.faultline.protocols.schedules.Protocol;
import dev.faultline.protocols.swim.Swim;
import dev.faultline.protocols.threephase.AtomicCommit;
import dev.faultline.protocols.zab.Zab;

/** All protocols. */
public final class Protocols {
    public static final List<Protocol> ALL = List.of(TwoGenerals.protocol(), Clocks.protocol(), AtomicCommit.protocol(),
            Paxos.single(), Paxos.log(), Raft.protocol(), Zab.protocol(), Pbft.protocol(), Dynamo.protocol(), Crdts
                    .protocol(), Swim.protocol());

    private Protocols() {}

    /** @throws IllegalArgumentException if there is none of that name; the message names those that there are */
    public static Protocol named(String name) {
        return ALL.stream().filter(protocol -> protocol.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no protocol %s, only %s".formatted(name,
                        ALL.stream().map(Protocol::name).collect(Collectors.joining(", ")))));
    }
}
