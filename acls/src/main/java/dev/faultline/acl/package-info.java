/**
 * What each part of the platform may do in Kafka and in Consul, and how both are told: the local cluster calls these classes,
 * and containers run {@link dev.faultline.acl.ApplyAcls} before the services.
 */
@NullMarked
package dev.faultline.acl;

import org.jspecify.annotations.NullMarked;
