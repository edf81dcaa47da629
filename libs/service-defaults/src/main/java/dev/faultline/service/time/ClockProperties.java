package dev.faultline.service.time;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * A clock that is wrong, for experiments.
 *
 * @param offset by how much it is ahead of the system's; negative if it is behind
 */
@ConfigurationProperties("faultline.clock")
record ClockProperties(@DefaultValue("0s") Duration offset) {}
