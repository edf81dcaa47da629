/** The real servers below the services, PostgreSQL, Kafka and Consul, as ordinary processes of this machine. */
@NullMarked
package dev.faultline.backing;

import org.jspecify.annotations.NullMarked;
