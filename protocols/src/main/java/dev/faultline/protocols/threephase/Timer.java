package dev.faultline.protocols.threephase;

enum Timer {
    VOTES, ACKNOWLEDGEMENTS, IN_DOUBT, STATES, REPEAT
}
