# Light image: source, inspections, scans and reports. `docker build --build-arg LOCK=models .` adds the frameworks.
FROM python:3.11-slim AS build
WORKDIR /src
COPY . .
RUN pip wheel --no-deps --wheel-dir /wheels .

FROM python:3.11-slim
ARG LOCK=light
COPY --from=build /wheels /wheels
COPY locks /wheels/locks
RUN pip install --no-cache-dir --require-hashes -r /wheels/locks/${LOCK}.txt \
    && pip install --no-cache-dir --no-deps /wheels/*.whl && rm -rf /wheels \
    && useradd --create-home migrate
USER migrate
WORKDIR /work
ENTRYPOINT ["keras-migrate"]
CMD ["--help"]
