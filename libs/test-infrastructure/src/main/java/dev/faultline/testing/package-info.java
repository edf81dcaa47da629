/** Real PostgreSQL, Kafka and Consul servers for tests: containers if a Docker engine is available, processes otherwise. */
@NullMarked
package dev.faultline.testing;

import org.jspecify.annotations.NullMarked;
