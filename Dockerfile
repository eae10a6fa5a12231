# Light image: source, inspections, scans and reports. `docker build --build-arg EXTRAS=[models] .` adds the frameworks.
FROM python:3.11-slim AS build
WORKDIR /src
COPY . .
RUN pip wheel --no-deps --wheel-dir /wheels .

FROM python:3.11-slim
ARG EXTRAS=""
COPY --from=build /wheels /wheels
COPY constraints.txt /wheels/
RUN pip install --no-cache-dir -c /wheels/constraints.txt "$(ls /wheels/*.whl)${EXTRAS}" && rm -rf /wheels \
    && useradd --create-home migrate
USER migrate
WORKDIR /work
ENTRYPOINT ["keras-migrate"]
CMD ["--help"]
