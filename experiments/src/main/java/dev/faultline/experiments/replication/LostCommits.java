package dev.faultline.experiments.replication;

import java.util.List;
import java.util.Set;

import dev.faultline.experiments.replication.Commits.Commit;

/**
 * What clients had been told and the new primary does not know.
 *
 * @param count    commits that were acknowledged and are missing
 * @param windowMs from the first of them to the moment when the old primary was killed
 */
record LostCommits(int count, double windowMs) {

    /**
     * @param found    the ids of the rows on the new primary
     * @param killedMs since the first client started
     */
    static LostCommits of(List<Commit> commits, Set<Integer> found, double killedMs) {
        List<Commit> lost = commits.stream().filter(commit -> commit.isAcknowledged() && !found.contains(commit.id()))
                .toList();
        return new LostCommits(lost.size(), lost.stream().mapToDouble(Commit::endedMs).map(ended -> Math.max(0, killedMs
                - ended)).max().orElse(0));
    }
}
