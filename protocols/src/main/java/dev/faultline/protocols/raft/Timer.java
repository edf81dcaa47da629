package dev.faultline.protocols.raft;

enum Timer {
    ELECTION, HEARTBEAT, CLIENT
}
