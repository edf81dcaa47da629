/** Leader election, key-value watches and health-aware load balancing on Consul, beyond what Spring Cloud offers. */
@NullMarked
package dev.faultline.discovery;

import org.jspecify.annotations.NullMarked;
