package dev.faultline.protocols.pbft;

enum Timer {
    VIEW_CHANGE, CLIENT, LIE
}
