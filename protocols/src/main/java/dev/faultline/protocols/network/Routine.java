package dev.faultline.protocols.network;

/** A message that nobody wants to read of if it is a routine one, such as a heartbeat: diagrams show it without its label. */
public interface Routine {

    boolean isRoutine();
}
