package dev.faultline.protocols.zab;

enum Timer {
    LOOKING, HEARTBEAT, CLIENT
}
