/**
 * What each part of the platform may do at Kafka and at Consul, and the program that has both enforce it: in the local cluster
 * a call, in containers a process that runs before the services.
 */
@NullMarked
package dev.faultline.acl;

import org.jspecify.annotations.NullMarked;
