/** The real PostgreSQL, Kafka and Consul for tests: containers where a Docker engine answers, processes elsewhere. */
@NullMarked
package dev.faultline.testing;

import org.jspecify.annotations.NullMarked;
