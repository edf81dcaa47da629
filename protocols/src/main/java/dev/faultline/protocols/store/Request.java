package dev.faultline.protocols.store;

import dev.faultline.protocols.schedules.NodeId;

/** @param serial one more for each command of the client, the same when it repeats one */
public record Request(NodeId client, int serial, Command command) {

    @Override
    public String toString() {
        return command.toString();
    }
}
