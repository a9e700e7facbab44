{{/* Names, labels, and what the containers of all pods have in common. */}}

{{- define "layers.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{/* 52 characters, so that there is room for what is put behind it. */}}
{{- define "layers.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "layers.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "layers.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "layers.selector" -}}
app.kubernetes.io/name: {{ include "layers.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "layers.labels" -}}
{{ include "layers.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "layers.image" -}}
{{- $image := .Values.image -}}
{{- printf "%s:%s" $image.repository (default .Chart.AppVersion $image.tag) -}}
{{- with $image.digest -}}@{{ . }}{{- end -}}
{{- end -}}

{{/* How long Kubernetes waits: the drain, the stop, and five seconds more. */}}
{{- define "layers.grace" -}}
{{- add .Values.drainSeconds .Values.shutdownSeconds 5 -}}
{{- end -}}

{{/* What the Pod Security Standard `restricted` asks for, and a root file system that cannot be written to. */}}
{{- define "layers.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "layers.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Variables of the server and of the worker. */}}
{{- define "layers.environment" -}}
- name: DATABASE_URL_FILE
  value: /run/secrets/layers/database-url
- name: LAYERS_SECRET_KEYS_FILE
  value: /run/secrets/layers/secret-keys
{{- if .Values.secrets.server.rateLimitUrlKey }}
- name: LAYERS_RATE_LIMIT_URL_FILE
  value: /run/secrets/layers/rate-limit-url
{{- end }}
{{- if .Values.secrets.server.webhookProxyKey }}
- name: LAYERS_WEBHOOK_PROXY_FILE
  value: /run/secrets/layers/webhook-proxy
{{- end }}
- name: LAYERS_SHUTDOWN_SECONDS
  value: {{ .Values.shutdownSeconds | quote }}
{{- with .Values.files.storageUrl }}
- name: LAYERS_STORAGE_URL
  value: {{ . | quote }}
{{- end }}
{{- range $variable, $text := .Values.settings }}
- name: {{ $variable }}
  value: {{ $text | quote }}
{{- end }}
{{- end -}}

{{- define "layers.mounts" -}}
- name: data
  mountPath: /var/lib/layers
{{- if .Values.files.existingClaim }}
- name: files
  mountPath: /var/lib/layers/files
{{- end }}
- name: tmp
  mountPath: /tmp
- name: secrets
  mountPath: /run/secrets/layers
  readOnly: true
{{- end -}}

{{/* Called with a list of the root and the size of the data folder. */}}
{{- define "layers.volumes" -}}
{{- $root := first . -}}
{{- $server := $root.Values.secrets.server -}}
- name: data
  emptyDir:
    sizeLimit: {{ last . }}
{{- with $root.Values.files.existingClaim }}
- name: files
  persistentVolumeClaim:
    claimName: {{ . }}
{{- end }}
- name: tmp
  emptyDir:
    medium: Memory
    sizeLimit: 64Mi
- name: secrets
  secret:
    secretName: {{ $server.name }}
    # Read by the group that fsGroup names.
    defaultMode: 0440
    items:
      - key: {{ $server.databaseUrlKey }}
        path: database-url
      - key: {{ $server.secretKeysKey }}
        path: secret-keys
      {{- with $server.rateLimitUrlKey }}
      - key: {{ . }}
        path: rate-limit-url
      {{- end }}
      {{- with $server.webhookProxyKey }}
      - key: {{ . }}
        path: webhook-proxy
      {{- end }}
{{- end -}}

{{/* Where pods go, of one component: called with a list of the root, the component's name, and its values. */}}
{{- define "layers.placement" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $values := index . 2 -}}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "layers.selector" $root | nindent 8 }}
        app.kubernetes.io/component: {{ $component }}
  {{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
