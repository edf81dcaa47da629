package dev.faultline.backing;

/** The ports of a Consul server; DNS, gRPC and WAN gossip are disabled. */
public record ConsulPorts(int http, int server, int serf) {}
