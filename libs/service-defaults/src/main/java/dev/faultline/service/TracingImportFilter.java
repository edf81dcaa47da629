package dev.faultline.service;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Leaves out tracing and OpenTelemetry where {@code management.tracing.export.enabled} is false. Spring Boot then exports
 * nothing, but still creates a span for every request and message, and the threads that would export them.
 */
class TracingImportFilter implements AutoConfigurationImportFilter, EnvironmentAware {
    private boolean isExporting = true;

    @Override
    public void setEnvironment(Environment environment) {
        isExporting = environment.getProperty("management.tracing.export.enabled", Boolean.class, true);
    }

    @Override
    public boolean[] match(@Nullable String[] classes, AutoConfigurationMetadata metadata) {
        boolean[] matches = new boolean[classes.length];
        for (int i = 0; i < classes.length; i++) {
            matches[i] = isExporting || classes[i] == null || !isTracing(classes[i]);
        }
        return matches;
    }

    private static boolean isTracing(String autoConfiguration) {
        return autoConfiguration.startsWith("org.springframework.boot.micrometer.tracing.")
                || autoConfiguration.startsWith("org.springframework.boot.opentelemetry.");
    }
}
