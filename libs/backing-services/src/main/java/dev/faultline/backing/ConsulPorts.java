package dev.faultline.backing;

/** The ports that a Consul server listens on; its DNS, gRPC and wide-area gossip are switched off. */
public record ConsulPorts(int http, int server, int serf) {}
