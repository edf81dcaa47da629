/** The service as a whole, against the real PostgreSQL, Kafka and Consul. */
@NullMarked
package dev.faultline.order;

import org.jspecify.annotations.NullMarked;
