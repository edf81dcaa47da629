package dev.faultline.experiments.catalogue;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import dev.faultline.experiments.balancing.LoadBalancing;
import dev.faultline.experiments.caching.ThunderingHerd;
import dev.faultline.experiments.concurrency.ConcurrencyControl;
import dev.faultline.experiments.consensus.Gossip;
import dev.faultline.experiments.consensus.KraftLeaderElection;
import dev.faultline.experiments.consensus.QuorumCommit;
import dev.faultline.experiments.consensus.RaftLeaderElection;
import dev.faultline.experiments.coordination.Fencing;
import dev.faultline.experiments.failure.BulkheadAndTimeLimit;
import dev.faultline.experiments.failure.CircuitBreaking;
import dev.faultline.experiments.failure.FailureDetection;
import dev.faultline.experiments.failure.IndependentFailure;
import dev.faultline.experiments.failure.LocationTransparency;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.ledger.TamperEvidentLedger;
import dev.faultline.experiments.messaging.EventReplay;
import dev.faultline.experiments.messaging.ExactlyOnceEffects;
import dev.faultline.experiments.messaging.OutboxAndDualWrite;
import dev.faultline.experiments.messaging.PoisonMessage;
import dev.faultline.experiments.overload.GreedyCustomer;
import dev.faultline.experiments.overload.LoadShedding;
import dev.faultline.experiments.overload.RetryStorm;
import dev.faultline.experiments.partitioning.ConsistentHashing;
import dev.faultline.experiments.partitioning.HotPartition;
import dev.faultline.experiments.partitioning.TablePartitions;
import dev.faultline.experiments.replication.ConsistencyOrAvailability;
import dev.faultline.experiments.replication.Failover;
import dev.faultline.experiments.replication.ReadConsistency;
import dev.faultline.experiments.replication.SynchronousReplication;
import dev.faultline.experiments.scaling.HorizontalScaling;
import dev.faultline.experiments.simulated.SimulatedProtocol;
import dev.faultline.experiments.time.MovedClock;
import dev.faultline.experiments.tracing.Tracing;
import dev.faultline.experiments.transactions.SagaAndTwoPhaseCommit;
import dev.faultline.experiments.transactions.SagaCompensation;
import dev.faultline.protocols.Protocols;

/** All experiments, in the order in which a reader may want to run them. */
public final class Experiments {
    public static final List<Experiment> ALL = Stream.concat(onRealParts(), Protocols.ALL.stream().map(
            SimulatedProtocol::new)).toList();

    private Experiments() {}

    private static Stream<Experiment> onRealParts() {
        return Stream.of(new IndependentFailure(), new FailureDetection(), new LocationTransparency(), new Gossip(),
                new LoadBalancing(), new HorizontalScaling(), new ConsistentHashing(), new HotPartition(),
                new TablePartitions(),
                new SynchronousReplication(),
                new Failover(), new ReadConsistency(), new ConsistencyOrAvailability(), new QuorumCommit(),
                new RaftLeaderElection(), new KraftLeaderElection(), new Fencing(), new ConcurrencyControl(),
                new SagaAndTwoPhaseCommit(), new SagaCompensation(), new OutboxAndDualWrite(), new ExactlyOnceEffects(),
                new EventReplay(), new PoisonMessage(), new TamperEvidentLedger(), new CircuitBreaking(),
                new BulkheadAndTimeLimit(), new RetryStorm(), new GreedyCustomer(), new LoadShedding(),
                new ThunderingHerd(),
                new Tracing(), new MovedClock());
    }

    public static Optional<Experiment> named(String name) {
        return ALL.stream().filter(experiment -> experiment.description().name().equals(name)).findFirst();
    }
}
