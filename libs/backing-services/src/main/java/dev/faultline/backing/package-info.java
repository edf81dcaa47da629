/** The backing services, PostgreSQL, Kafka and Consul, as processes of this machine. */
@NullMarked
package dev.faultline.backing;

import org.jspecify.annotations.NullMarked;
