# The image of one service, which the build argument SERVICE names.
#
#   docker compose build                      builds all images from a clean clone; requires only Docker
#   BUILD=fast docker compose build           uses the jars in target/, and no ahead-of-time caches
#
# The full build compiles all services once, then runs the whole platform inside the build, with PostgreSQL, Kafka and
# Consul, and places a few hundred orders to train the ahead-of-time caches.
ARG MAVEN_IMAGE=maven:3.9-eclipse-temurin-25
ARG JRE_IMAGE=eclipse-temurin:25-jre
ARG CONSUL_IMAGE=hashicorp/consul:1.22
ARG BUILD=full

FROM ${MAVEN_IMAGE} AS jars-full
WORKDIR /repository
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    mvn --batch-mode --no-transfer-progress --threads 2 -Dmaven.test.skip=true --also-make package \
        --projects acls,acquirer-simulator,gateway-service,identity-service,inventory-service,order-service,payment-service,cli \
 && mkdir /cluster && cp $(tr ':' ' ' < cli/target/classpath) cli/target/cli.jar /cluster

FROM ${JRE_IMAGE} AS jars-fast
ARG SERVICE
WORKDIR /repository
COPY ${SERVICE}/target/${SERVICE}.jar ${SERVICE}/target/

FROM jars-${BUILD} AS jars

FROM ${JRE_IMAGE} AS layers
ARG SERVICE
COPY --from=jars /repository/${SERVICE}/target/${SERVICE}.jar /
RUN java -Djarmode=tools -jar /${SERVICE}.jar extract --layers --destination /layers
COPY docker/java.options /layers/

FROM ${CONSUL_IMAGE} AS consul

FROM ${JRE_IMAGE} AS caches-full
COPY --from=consul /bin/consul /usr/local/bin/
COPY --from=jars /cluster /cluster
COPY --from=jars /repository/acquirer-simulator/target/acquirer-simulator.jar /repository/acquirer-simulator/target/
COPY --from=jars /repository/gateway-service/target/gateway-service.jar /repository/gateway-service/target/
COPY --from=jars /repository/identity-service/target/identity-service.jar /repository/identity-service/target/
COPY --from=jars /repository/inventory-service/target/inventory-service.jar /repository/inventory-service/target/
COPY --from=jars /repository/order-service/target/order-service.jar /repository/order-service/target/
COPY --from=jars /repository/payment-service/target/payment-service.jar /repository/payment-service/target/
# PostgreSQL does not run as root, and its user must have a name.
RUN useradd --uid 10001 --create-home trainer && install --directory --owner=trainer /caches
USER trainer
RUN java -Dfaultline.repository=/repository -cp '/cluster/*' dev.faultline.cli.Faultline train --home=/home/trainer/cluster
RUN for cache in /home/trainer/cluster/apps/*/*.aot; do \
        service=$(basename "$(dirname "$cache")") && service=${service%-*} && mkdir "/caches/$service" \
     && mv "$cache" "/caches/$service/service.aot" \
     && echo '-XX:AOTCache=/app/service.aot' > "/caches/$service/cache.options" || exit 1; \
    done

FROM ${JRE_IMAGE} AS caches-fast
ARG SERVICE
RUN mkdir -p /caches/${SERVICE} && echo '# no cache' > /caches/${SERVICE}/cache.options

FROM caches-${BUILD} AS caches

# Not a service: ends when it is done.
FROM ${JRE_IMAGE} AS acls
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Faultline acls" \
      org.opencontainers.image.description="Gives Faultline's services their rights in Kafka and Consul" \
      org.opencontainers.image.url="https://faultline.dev" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=jars /repository/acls/target/acls.jar /app/
USER 10001:10001
ENV SECRETS_DIRECTORY=/run/node
ENTRYPOINT ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx48m", \
    "-Dlogback.configurationFile=acls-logback.xml", "-jar", "/app/acls.jar"]

FROM ${JRE_IMAGE}
ARG SERVICE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Faultline ${SERVICE}" \
      org.opencontainers.image.description="A service of Faultline, an order-processing platform to break on purpose" \
      org.opencontainers.image.url="https://faultline.dev" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
# Least frequently changed layers first.
COPY --from=layers /layers/dependencies/ ./
COPY --from=layers /layers/snapshot-dependencies/ ./
COPY --from=layers /layers/application/ /layers/java.options ./
COPY --from=caches /caches/${SERVICE}/ ./
RUN echo "-jar /app/${SERVICE}.jar" > jar.options \
 && install --directory --owner=10001 --group=10001 /var/lib/faultline
USER 10001:10001
# Two arenas of native memory instead of one per thread.
ENV MALLOC_ARENA_MAX=2 \
    SERVER_ADDRESS=0.0.0.0 SERVER_PORT=8080 MANAGEMENT_SERVER_ADDRESS=0.0.0.0 MANAGEMENT_SERVER_PORT=8081
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=90s --start-interval=500ms --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8081 && printf 'GET /actuator/health/readiness HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [[ $status == 200 ]]"]
# The JVM is process 1, so it receives SIGTERM and shuts down gracefully.
ENTRYPOINT ["java", "@/app/java.options", "@/app/cache.options", "@/app/jar.options"]
