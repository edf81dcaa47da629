package dev.faultline.protocols.clocks;

/** A message with the time at which it was sent, by both clocks. */
record Stamped(int event, int lamport, VectorClock vector) {

    @Override
    public String toString() {
        return lamport + " " + vector;
    }
}
