package dev.faultline.system;

import static dev.faultline.system.SharedCluster.CLUSTER;

import dev.faultline.experiments.lab.Stage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Experiments of the day: one on servers of its own, one on the platform. PromotionIT has the one on standbys. */
@Tag("integration")
@ExtendWith(SharedCluster.class)
class ExperimentsIT {

    @Test
    void theOneOnServersOfItsOwnHolds() {
        DailyExperiment.assertHolds(Stage.NOTHING, CLUSTER);
    }

    @Test
    void theOneOnThePlatformHolds() {
        DailyExperiment.assertHolds(Stage.PLATFORM, CLUSTER);
    }
}
